/* What loading a shared object costs a short-lived process: nanoseconds of dlopen in a fresh child,
 * COUNT times, as lines.
 *
 *   module_cost COUNT FILE
 */
#include <dlfcn.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

int main(int argc, char* argv[]) {
  int result[2];
  if (argc != 3 || pipe(result) != 0) return 2;
  (void)pam_strerror(NULL, PAM_SUCCESS); /* whoever loads a module has libpam already */
  for (long i = 0; i < atol(argv[1]); ++i) {
    long taken;
    if (fork() == 0) {
      const long before = nanoseconds();
      const void* module = dlopen(argv[2], RTLD_NOW);
      taken = nanoseconds() - before;
      if (!module) {
        fprintf(stderr, "%s\n", dlerror());
        taken = -1;
      }
      _exit(write(result[1], &taken, sizeof taken) != sizeof taken);
    }
    if (read(result[0], &taken, sizeof taken) != sizeof taken || taken < 0) return 1;
    printf("%ld\n", taken);
    wait(NULL);
  }
  return 0;
}
