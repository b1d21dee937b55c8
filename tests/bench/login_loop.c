/* Logs people in through libpam, again and again, and tells how long each login took.
 *
 *   login_loop [OPTIONS] SERVICE PEOPLE FIRST COUNT
 *
 * PEOPLE has a line "name TAB dn TAB password TAB seed in hexadecimal" for each; COUNT logins start
 * at line FIRST, from the beginning again after the last. A login that fails ends the program with
 * code 1, unless --count-refusals. One JSON object is written to stdout.
 *
 *   --account           pam_acct_mgmt as well
 *   --spread N          a person's n-th code is that of the time step n modulo N from now
 *   --people N          use only so many lines from FIRST on
 *   --processes N       side by side, on people of their own
 *   --bind URI          one LDAP bind on a kept-open connection after each login: a floor
 *   --append FILE       4 KiB appended with fdatasync after each login: a floor
 *   --linger            all COUNT at the same time, by a thread each: they wait at the code prompt
 *                       until a line comes from stdin
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ldap.h>
#include <liboath/oath.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { step_seconds = 30, seed_bytes = 20, block_bytes = 4096, unmeasured = 5 };

struct person {
  char *name, *dn, *password;
  char seed[seed_bytes];
};

static struct options {
  const char *service, *bind_uri, *append_file;
  int account, count_refusals, linger;
  long first, count, people, processes, spread;
} options = {.processes = 1, .spread = 1};

static struct person* people;
static long people_count;

/* What the processes tell, in memory that they share. */
struct told {
  long right, refused, samples;
  int last_code;
};
static struct told* told;
static unsigned* samples; /* nanoseconds; options.count of them for each process */

static void die(const char* what, const char* why) {
  fprintf(stderr, "login_loop: %s: %s\n", what, why);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_seed(const char* hexadecimal, char* seed) {
  for (int i = 0; i < seed_bytes; ++i) {
    unsigned byte;
    if (sscanf(hexadecimal + 2 * (size_t)i, "%2x", &byte) != 1) die(hexadecimal, "not a seed");
    seed[i] = (char)byte;
  }
}

static void read_people(const char* path) {
  FILE* file = fopen(path, "r");
  char* line = NULL;
  size_t room = 0, all = 0;
  if (!file) die(path, strerror(errno));
  for (long number = 0; getline(&line, &room, file) > 0; ++number) {
    struct person one;
    if (number < options.first) continue;
    if (options.people && people_count == options.people) break;
    one.name = strdup(strtok(line, "\t\n"));
    one.dn = strdup(strtok(NULL, "\t\n"));
    one.password = strdup(strtok(NULL, "\t\n"));
    read_seed(strtok(NULL, "\t\n"), one.seed);
    if ((size_t)people_count == all) {
      all = all ? 2 * all : 1024;
      people = realloc(people, all * sizeof *people);
    }
    people[people_count++] = one;
  }
  fclose(file);
  if (people_count == 0) die(path, "nobody there");
}

/* --- The conversation ---------------------------------------------------------------------------
 */

struct talk {
  const struct person* person;
  long visit; /* which login of this person it is */
  int prompts;
};

static struct waiting {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  long arrived;
  int released;
} waiting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

static void linger(void) {
  pthread_mutex_lock(&waiting.mutex);
  ++waiting.arrived;
  pthread_cond_broadcast(&waiting.changed);
  while (!waiting.released) pthread_cond_wait(&waiting.changed, &waiting.mutex);
  pthread_mutex_unlock(&waiting.mutex);
}

static char* answer_to_prompt(struct talk* talk) {
  char code[7];
  time_t when;
  if (talk->prompts++ == 0) return strdup(talk->person->password);
  if (options.linger) linger();
  when = time(NULL) + (talk->visit % options.spread) * step_seconds;
  if (oath_totp_generate(talk->person->seed, seed_bytes, when, step_seconds, 0, 6, code) != OATH_OK)
    return NULL;
  return strdup(code);
}

static int converse(int count, const struct pam_message** messages, struct pam_response** responses,
                    void* data) {
  struct pam_response* given = calloc((size_t)count, sizeof *given);
  if (!given) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON)
      given[i].resp = answer_to_prompt(data);
  }
  *responses = given;
  return PAM_SUCCESS;
}

static int log_in(const struct person* person, long visit) {
  struct talk talk = {person, visit, 0};
  const struct pam_conv conversation = {converse, &talk};
  pam_handle_t* handle = NULL;
  int code = pam_start(options.service, person->name, &conversation, &handle);
  if (code != PAM_SUCCESS) return code;
  code = pam_authenticate(handle, 0);
  if (code == PAM_SUCCESS && options.account) code = pam_acct_mgmt(handle, 0);
  pam_end(handle, code);
  return code;
}

/* --- The floors ---------------------------------------------------------------------------------
 */

static LDAP* open_directory(void) {
  LDAP* ldap = NULL;
  const int version = LDAP_VERSION3;
  if (!options.bind_uri) return NULL;
  if (ldap_initialize(&ldap, options.bind_uri) != LDAP_SUCCESS) die(options.bind_uri, "no LDAP");
  ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
  return ldap;
}

static void bind_once(LDAP* ldap, const struct person* person) {
  struct berval password = {strlen(person->password), person->password};
  const int code =
      ldap_sasl_bind_s(ldap, person->dn, LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL);
  if (code != LDAP_SUCCESS) die(person->dn, ldap_err2string(code));
}

static void append_once(int file) {
  static const char block[block_bytes];
  if (write(file, block, sizeof block) != sizeof block || fdatasync(file) != 0)
    die(options.append_file, strerror(errno));
}

/* --- The loops ----------------------------------------------------------------------------------
 */

static void run_one_after_the_other(long process, int start) {
  struct told* own = &told[process];
  unsigned* taken = samples + process * options.count;
  const long mine = (people_count - process + options.processes - 1) / options.processes;
  const int file =
      options.append_file ? open(options.append_file, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  LDAP* ldap = open_directory();
  char go;
  if (options.append_file && file < 0) die(options.append_file, strerror(errno));
  if (mine < 1) die("--processes", "more than there are people");
  if (ldap) bind_once(ldap, &people[process]);
  if (read(start, &go, 1) < 0) die("start", strerror(errno)); /* the end of file, for all at once */
  for (long i = 0; i < options.count / options.processes; ++i) {
    const struct person* person = &people[process + i % mine * options.processes];
    const double before = now();
    const int code = log_in(person, i / mine);
    if (ldap) bind_once(ldap, person);
    if (file >= 0) append_once(file);
    if (code == PAM_SUCCESS) {
      ++own->right;
      if (i >= unmeasured) taken[own->samples++] = (unsigned)((now() - before) * 1e9);
    } else {
      ++own->refused;
      own->last_code = code;
      if (!options.count_refusals) die(person->name, pam_strerror(NULL, code));
    }
  }
}

static double run_processes(void) {
  double before;
  int start[2], failed = 0, status;
  if (pipe(start) != 0) die("pipe", strerror(errno));
  for (long i = 0; i < options.processes; ++i) {
    const pid_t child = fork();
    if (child < 0) die("fork", strerror(errno));
    if (child > 0) continue;
    close(start[1]);
    run_one_after_the_other(i, start[0]);
    _exit(0);
  }
  usleep(200000); /* until each has its connection */
  before = now();
  close(start[1]);
  while (wait(&status) > 0) failed |= status;
  if (failed) exit(1);
  return now() - before;
}

static void* linger_one(void* person) {
  const int code = log_in(person, 0);
  pthread_mutex_lock(&waiting.mutex);
  if (code == PAM_SUCCESS) {
    ++told->right;
  } else {
    ++told->refused;
    told->last_code = code;
  }
  pthread_cond_broadcast(&waiting.changed); /* it may have been refused before the prompt */
  pthread_mutex_unlock(&waiting.mutex);
  return NULL;
}

static void run_all_at_once(void) {
  pthread_t* threads = calloc((size_t)options.count, sizeof *threads);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  for (long i = 0; i < options.count; ++i)
    if (pthread_create(&threads[i], &attributes, linger_one, &people[i % people_count]) != 0)
      die("pthread_create", strerror(errno));
  pthread_mutex_lock(&waiting.mutex);
  while (waiting.arrived + told->refused < options.count)
    pthread_cond_wait(&waiting.changed, &waiting.mutex);
  pthread_mutex_unlock(&waiting.mutex);
  printf("waiting\n");
  fflush(stdout);
  (void)getchar();
  pthread_mutex_lock(&waiting.mutex);
  waiting.released = 1;
  pthread_cond_broadcast(&waiting.changed);
  pthread_mutex_unlock(&waiting.mutex);
  for (long i = 0; i < options.count; ++i) pthread_join(threads[i], NULL);
}

static void* shared(size_t bytes) {
  void* memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) die("mmap", strerror(errno));
  return memory;
}

static void tell(double seconds) {
  long right = 0, refused = 0;
  const char* comma = "";
  int last_code = PAM_SUCCESS;
  for (long i = 0; i < options.processes; ++i) {
    right += told[i].right;
    refused += told[i].refused;
    if (told[i].refused) last_code = told[i].last_code;
  }
  printf("{\"seconds\": %.6f, \"right\": %ld, \"refused\": %ld, \"said\": \"%s\", \"ns\": [",
         seconds, right, refused, pam_strerror(NULL, last_code));
  for (long i = 0; i < options.processes; ++i)
    for (long j = 0; j < told[i].samples; ++j, comma = ",")
      printf("%s%u", comma, samples[i * options.count + j]);
  printf("]}\n");
  if (refused && !options.count_refusals) exit(1);
}

static long number(const char* text) {
  char* end;
  const long value = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value < 0) die(text, "not a number");
  return value;
}

static void read_options(int argc, char* argv[]) {
  static const struct option known[] = {{"account", no_argument, &options.account, 1},
                                        {"count-refusals", no_argument, &options.count_refusals, 1},
                                        {"linger", no_argument, &options.linger, 1},
                                        {"spread", required_argument, NULL, 's'},
                                        {"people", required_argument, NULL, 'n'},
                                        {"processes", required_argument, NULL, 'p'},
                                        {"bind", required_argument, NULL, 'b'},
                                        {"append", required_argument, NULL, 'a'},
                                        {NULL, 0, NULL, 0}};
  int found;
  while ((found = getopt_long(argc, argv, "", known, NULL)) != -1) {
    if (found == 's') options.spread = number(optarg);
    if (found == 'n') options.people = number(optarg);
    if (found == 'p') options.processes = number(optarg);
    if (found == 'b') options.bind_uri = optarg;
    if (found == 'a') options.append_file = optarg;
    if (found == '?') exit(2);
  }
  if (argc - optind != 4 || options.processes < 1 || options.spread < 1) {
    fprintf(stderr, "usage: login_loop [OPTIONS] SERVICE PEOPLE FIRST COUNT\n");
    exit(2);
  }
  options.service = argv[optind];
  options.first = number(argv[optind + 2]);
  options.count = number(argv[optind + 3]);
  if (options.people == 0) options.people = options.count;
  read_people(argv[optind + 1]);
}

int main(int argc, char* argv[]) {
  double seconds = 0;
  read_options(argc, argv);
  oath_init();
  told = shared(sizeof *told * (size_t)options.processes);
  samples = shared(sizeof *samples * (size_t)(options.processes * options.count));
  if (options.linger) {
    run_all_at_once();
  } else {
    seconds = run_processes();
  }
  tell(seconds);
  return 0;
}
