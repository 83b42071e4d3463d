@ An instruction further on in the same block is overwritten. R0 = address of patch, R1 = what.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        strh    r1, [r0]
        adds    r2, #1
        adds    r2, #1
patch:  adds    r2, #1
        adds    r2, #1
        bx      lr
