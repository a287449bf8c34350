// Preloaded: hides instruction sets from a program on a processor that has them, so that
// the paths of several processors are compared on one.
//
//   cc -O2 -shared -fPIC -o cpu.so cpu.c
//   HIDE=avx512 LD_PRELOAD=./cpu.so PROGRAM       as a processor with AVX2 alone
//   HIDE=avx2   LD_PRELOAD=./cpu.so PROGRAM       as one without FMA and AVX2 either
//
// Linux on a processor whose CPUID can be made to fault (Intel since Ivy Bridge); elsewhere
// it says so and the program does not start. The C library has chosen its own functions
// before; GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable hides from it.
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <cpuid.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { AVX512 = 1, AVX2 = 2 };
static int hidden;

static void faults(int yes) {
    if (syscall(SYS_arch_prctl, ARCH_SET_CPUID, !yes) != 0) {
        fputs("cpu.so: CPUID of this processor cannot be made to fault\n", stderr);
        _exit(2);
    }
}

// The instruction is 0F A2; rax and rcx hold the leaf. What else faults, dies of it.
static void answer(int signal_number, siginfo_t *info, void *context) {
    (void)info;
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *at = (const unsigned char *)r[REG_RIP];
    if (at[0] != 0x0f || at[1] != 0xa2) {
        signal(signal_number, SIG_DFL);
        return;
    }
    unsigned leaf = r[REG_RAX], sub = r[REG_RCX], a, b, c, d;
    faults(0);
    __cpuid_count(leaf, sub, a, b, c, d);
    faults(1);
    if (leaf == 7 && sub == 0) {
        // F, DQ, IFMA, PF, ER, CD, BW, VL; VBMI and later ones need F.
        b &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30 | 1u << 31);
        c &= ~(1u << 1 | 1u << 6 | 1u << 11 | 1u << 12 | 1u << 14);
        d &= ~(1u << 2 | 1u << 3 | 1u << 8 | 1u << 23);
        if (hidden == AVX2) b &= ~(1u << 5);
    }
    if (leaf == 1 && hidden == AVX2) c &= ~(1u << 12); // FMA
    r[REG_RAX] = a, r[REG_RBX] = b, r[REG_RCX] = c, r[REG_RDX] = d;
    r[REG_RIP] += 2;
}

__attribute__((constructor)) static void start(void) {
    const char *hide = getenv("HIDE");
    hidden = !hide ? 0 : !strcmp(hide, "avx512") ? AVX512 : !strcmp(hide, "avx2") ? AVX2 : 0;
    if (!hidden) return;
    struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigaction(SIGSEGV, &action, NULL);
    faults(1);
}
