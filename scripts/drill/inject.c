// Runs a command and makes one of its system calls fail, or kills it there.
//
//   cc -O2 -o inject inject.c
//   inject FOLDER REPORT list               COMMAND…    every call on FOLDER, a line each
//   inject FOLDER REPORT fail CLASS N ERRNO COMMAND…    call N (from 0) of CLASS fails
//   inject FOLDER REPORT kill any N 0       COMMAND…    killed before call N
//   inject FOLDER REPORT tear write N 0     COMMAND…    killed with half of write N on disk
//   inject FOLDER REPORT full write N ERRNO COMMAND…    half of write N is done, the next fails
//
// Only calls whose path or descriptor lies in FOLDER count: the loader, /proc and the terminal
// are left alone. REPORT gets a line `CLASS PATH` for each call that was listed or struck.
// Linux on x86-64, through seccomp and ptrace: no library is in the way, all threads are seen.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

// Where a call says which file it means: by descriptor, by path, or by folder and path.
enum { FD, PATH, AT };
static const struct { long number; const char *class; int kind; } CALLS[] = {
    {SYS_open, "open", PATH},          {SYS_openat, "open", AT},
    {SYS_creat, "open", PATH},         {SYS_read, "read", FD},
    {SYS_pread64, "read", FD},         {SYS_readv, "read", FD},
    {SYS_write, "write", FD},          {SYS_pwrite64, "write", FD},
    {SYS_writev, "write", FD},         {SYS_rename, "rename", PATH},
    {SYS_renameat, "rename", AT},      {SYS_renameat2, "rename", AT},
    {SYS_fsync, "sync", FD},           {SYS_fdatasync, "sync", FD},
    {SYS_getdents64, "list", FD},      {SYS_stat, "stat", PATH},
    {SYS_lstat, "stat", PATH},         {SYS_fstat, "stat", FD},
    {SYS_newfstatat, "stat", AT},      {SYS_statx, "stat", AT},
    {SYS_mkdir, "other", PATH},        {SYS_mkdirat, "other", AT},
    {SYS_unlink, "other", PATH},       {SYS_unlinkat, "other", AT},
    {SYS_rmdir, "other", PATH},        {SYS_link, "other", PATH},
    {SYS_linkat, "other", AT},         {SYS_truncate, "other", PATH},
    {SYS_ftruncate, "other", FD},      {SYS_flock, "other", FD},
    {SYS_lseek, "other", FD},          {SYS_copy_file_range, "other", FD},
    {SYS_sendfile, "other", FD},       {SYS_chmod, "other", PATH},
    {SYS_fchmod, "other", FD},         {SYS_readlink, "other", PATH},
};
enum { COUNT = sizeof CALLS / sizeof *CALLS };

static void die(const char *what) {
    perror(what);
    exit(125);
}

// The child: asks for a stop at each of these calls, then becomes the command.
static void become(char **command) {
    struct sock_filter code[2 * COUNT + 2];
    size_t n = 0;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < COUNT; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i].number, 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {n, code};
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) die("ptrace");
    raise(SIGSTOP);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        die("seccomp");
    execvp(command[0], command);
    die(command[0]);
}

// The file that a call means, as an absolute path.
static void file_of(pid_t pid, const struct user_regs_struct *r, int kind, char *out) {
    char link[64], path[PATH_MAX] = "";
    unsigned long name = kind == PATH ? r->rdi : r->rsi;
    for (size_t i = 0; kind != FD && name && i + 1 < sizeof path; i++) {
        struct iovec to = {path + i, 1}, from = {(void *)(name + i), 1};
        if (process_vm_readv(pid, &to, 1, &from, 1, 0) != 1 || !path[i]) break;
    }
    if (path[0] == '/') {
        strcpy(out, path);
        return;
    }
    if (kind == PATH || (kind == AT && (int)r->rdi == -100 /* AT_FDCWD */))
        snprintf(link, sizeof link, "/proc/%d/cwd", pid);
    else
        snprintf(link, sizeof link, "/proc/%d/fd/%d", pid, (int)r->rdi);
    ssize_t length = readlink(link, out, PATH_MAX);
    out[length < 0 ? 0 : length] = 0;
    if (length >= 0 && path[0]) snprintf(out + length, PATH_MAX, "/%s", path);
}

int main(int argc, char **argv) {
    if (argc < 5) return fputs("see the head of inject.c\n", stderr), 125;
    const char *folder = argv[1], *mode = argv[3], *class = "any";
    FILE *report = fopen(argv[2], "w");
    if (!report) die(argv[2]);
    int list = !strcmp(mode, "list"), tear = !strcmp(mode, "tear"), fail = !strcmp(mode, "fail");
    int full = !strcmp(mode, "full");
    long strike = -1, error = 0, count = 0;
    if (!list) class = argv[4], strike = atol(argv[5]), error = atol(argv[6]);
    char **command = argv + (list ? 4 : 7);
    pid_t child = fork();
    if (child == 0) become(command);
    int status;
    waitpid(child, &status, 0);
    ptrace(PTRACE_SETOPTIONS, child, 0,
           PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
               PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    ptrace(PTRACE_CONT, child, 0, 0);
    size_t length = strlen(folder);
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (pid == child && (WIFEXITED(status) || WIFSIGNALED(status))) {
            fclose(report);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (!WIFSTOPPED(status)) continue;
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) kill(child, SIGKILL); // half of it is written
        if (status >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
            int event = status >> 16, number = WSTOPSIG(status);
            ptrace(PTRACE_CONT, pid, 0, event || number == SIGSTOP || number == SIGTRAP ? 0 : number);
            continue;
        }
        struct user_regs_struct r;
        char file[2 * PATH_MAX];
        ptrace(PTRACE_GETREGS, pid, 0, &r);
        size_t i = 0;
        while (i < COUNT && CALLS[i].number != (long)r.orig_rax) i++;
        if (i == COUNT) die("a call that was not asked for");
        file_of(pid, &r, CALLS[i].kind, file);
        int inside = !strncmp(file, folder, length) && (file[length] == '/' || !file[length]);
        int meant = inside && (!strcmp(class, "any") || !strcmp(class, CALLS[i].class));
        int rest = full && meant && count == strike + 1; // of a write that was cut short
        int now = meant && count++ == strike, next = PTRACE_CONT;
        if ((list && inside) || now) fprintf(report, "%s %s\n", CALLS[i].class, file), fflush(report);
        if ((now && fail) || rest) {
            r.orig_rax = -1, r.rax = -error;
            ptrace(PTRACE_SETREGS, pid, 0, &r);
        } else if (now && (tear || full)) {
            r.rdx /= 2, next = tear ? PTRACE_SYSCALL : PTRACE_CONT;
            ptrace(PTRACE_SETREGS, pid, 0, &r);
        } else if (now) {
            kill(child, SIGKILL);
        }
        ptrace(next, pid, 0, 0);
    }
    die("waitpid");
}
