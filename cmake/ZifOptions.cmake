# Compiler settings every target shares.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # gnu11: POSIX is needed
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

option(ZIF_WERROR "treat compiler warnings as errors" ON)
option(ZIF_SANITIZE "build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(ZIF_FUZZ "build the libFuzzer targets (clang only)" OFF)
option(ZIF_COVERAGE "instrument for gcovr" OFF)

add_compile_options(-Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes
                    -Wmissing-prototypes -Wwrite-strings -Wvla -Wno-unused-parameter
                    -fno-strict-aliasing -fno-common)
add_compile_definitions(_GNU_SOURCE)
if(ZIF_WERROR)
    add_compile_options(-Werror)
endif()
if(ZIF_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
if(ZIF_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(ZIF_COVERAGE)
    add_compile_options(--coverage -O0)
    add_link_options(--coverage)
endif()

find_package(PkgConfig REQUIRED)
