@ Floating point: enabled or not, touched once, loads and stores of devices.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        .fpu    fpv4-sp-d16
        vmov    s0, r1
        vmov    s1, r1
        vadd.f32 s2, s0, s1
        vstr    s2, [r0]
        vldr    s3, [r0]
        vstr    d1, [r0, #8]
        vldr    d2, [r0, #8]
        vpush   {s0-s3}
        vpop    {s4-s7}
        vstmia  r0!, {d0-d1}
        vldmdb  r0!, {s8-s11}
        vmov    r2, s11
        vmrs    r3, fpscr
        wfi
