# cmake -DZIF=zif -DELF=guest.elf -DPORT=portable|fast -DEXPECTED=file -DDIR=folder -P run.cmake
# SPDX-License-Identifier: GPL-2.0-or-later
file(REMOVE_RECURSE ${DIR})
file(MAKE_DIRECTORY ${DIR}/files)
file(READ ${EXPECTED} expected)
file(WRITE ${DIR}/typed "hello\n")
execute_process(
    COMMAND ${ZIF} run --board mps2-an385 --semihosting=on --semihosting-dir=${DIR}/files --cpu-port=${PORT} -q
            "--cmdline=guest one two" --uart=semihosting=stdio --timeout=20s ${ELF}
    INPUT_FILE ${DIR}/typed
    OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE status)
if(NOT out STREQUAL expected OR NOT status EQUAL 42 OR EXISTS ${DIR}/escape.txt)
    message(FATAL_ERROR "exit status ${status}, output:\n${out}\n${err}\nexpected:\n${expected}")
endif()
