/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * A function in front of each of those named in FUNCTIONS, a file with a line `STUB name` for each.
 * It tells rtcheck_pass () its index and goes on into the function of that name that comes next in
 * the order of libraries, with all arguments as they were, however many and of whatever type.
 */

        .set index, 0

        .macro STUB name
        .globl \name
        .type \name, @function
\name:
        push $index
        jmp pass
        .size \name, . - \name

        .pushsection .rodata
0:      .asciz "\name"
        .popsection
        .pushsection .data.rel.ro, "aw"
        .quad 0b
        .popsection
        .set index, index + 1
        .endm

        .section .data.rel.ro, "aw"
        .balign 8
        .globl rtcheck_names
        .hidden rtcheck_names
rtcheck_names:

        .text
pass:
        .cfi_startproc
        .cfi_def_cfa_offset 16          /* the index lies above the return address */
        push %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rbp, 0
        mov %rsp, %rbp
        .cfi_def_cfa_register %rbp
        sub $200, %rsp
        movaps %xmm0, (%rsp)
        movaps %xmm1, 16(%rsp)
        movaps %xmm2, 32(%rsp)
        movaps %xmm3, 48(%rsp)
        movaps %xmm4, 64(%rsp)
        movaps %xmm5, 80(%rsp)
        movaps %xmm6, 96(%rsp)
        movaps %xmm7, 112(%rsp)
        mov %rax, 128(%rsp)             /* the number of vector arguments of a variadic function */
        mov %rdi, 136(%rsp)
        mov %rsi, 144(%rsp)
        mov %rdx, 152(%rsp)
        mov %rcx, 160(%rsp)
        mov %r8, 168(%rsp)
        mov %r9, 176(%rsp)
        mov 8(%rbp), %edi
        call rtcheck_pass@PLT
        mov %rax, %r11
        movaps (%rsp), %xmm0
        movaps 16(%rsp), %xmm1
        movaps 32(%rsp), %xmm2
        movaps 48(%rsp), %xmm3
        movaps 64(%rsp), %xmm4
        movaps 80(%rsp), %xmm5
        movaps 96(%rsp), %xmm6
        movaps 112(%rsp), %xmm7
        mov 128(%rsp), %rax
        mov 136(%rsp), %rdi
        mov 144(%rsp), %rsi
        mov 152(%rsp), %rdx
        mov 160(%rsp), %rcx
        mov 168(%rsp), %r8
        mov 176(%rsp), %r9
        leave
        .cfi_def_cfa %rsp, 16
        add $8, %rsp
        .cfi_def_cfa_offset 8
        jmp *%r11
        .cfi_endproc

#include FUNCTIONS

        .bss
        .balign 8
        .globl rtcheck_functions
        .hidden rtcheck_functions
rtcheck_functions:
        .skip 8 * index

        .section .note.GNU-stack, "", @progbits
