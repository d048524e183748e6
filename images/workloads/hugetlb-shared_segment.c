// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/hugetlb-shared_segment.h"

#include "workloads/lib/child.h"
#include "workloads/lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_USED 16 /* of a huge page: few, so that others look at them */
#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_PFN ((1ULL << 55) - 1)
#define COUNT_LIMIT_US (30 * US_PER_S)

int segment_make(struct segment* segment,
                 struct rng* rng,
                 uint32_t count,
                 bool reserved)
{
  const int flags = IPC_CREAT | SHM_HUGETLB | (reserved ? 0 : SHM_NORESERVE);
  int all[SEGMENT_PAGES_MAX];
  const uint64_t pages = segment->bytes / segment->huge;
  const uint32_t spanned =
      pages < SEGMENT_PAGES_MAX ? (uint32_t)pages : SEGMENT_PAGES_MAX;
  uint32_t i;

  for (i = 0; i < spanned; i++) {
    all[i] = (int)i;
  }
  rng_shuffle(rng, all, (int)spanned);
  segment->touched = count < spanned ? count : spanned;
  for (i = 0; i < segment->touched; i++) {
    segment->pages[i] = (uint32_t)all[i];
  }
  segment->tag = rng_next(rng);
  segment->id = shmget(IPC_PRIVATE, segment->bytes, flags | 0600);
  return segment->id < 0 ? -errno : 0;
}

void segment_drop(struct segment* segment)
{
  if (segment->id >= 0) {
    shmctl(segment->id, IPC_RMID, NULL);
    segment->id = -1;
  }
}

char* segment_attach(const struct segment* segment,
                     uint32_t place,
                     struct segment_told* told)
{
  char* at = (char*)(uintptr_t)(segment->base + place * SEGMENT_SPAN);

  if (shmat(segment->id, at, 0) != at) {
    atomic_fetch_add(&told->refused, 1);
    return NULL;
  }
  atomic_fetch_add(&told->attached, 1);
  return at;
}

/* What the words of a huge page hold, never zero. */
static uint64_t word_of(const struct segment* segment, uint32_t page)
{
  return ((uint64_t)segment->tag << 32) | (page + 1);
}

void segment_touch(const struct segment* segment,
                   struct rng* rng,
                   struct segment_told* told,
                   char* at,
                   uint32_t count,
                   bool read_only)
{
  const uint32_t step =
      (uint32_t)(segment->huge / sizeof(uint64_t)) / WORDS_USED;
  uint32_t i;

  for (i = 0; i < count; i++) {
    const uint32_t page = segment->pages[rng_below(rng, segment->touched)];
    const uint32_t word = rng_below(rng, WORDS_USED) * step;
    const uint64_t wanted = word_of(segment, page);
    volatile uint64_t* place =
        (volatile uint64_t*)(at + page * segment->huge) + word;
    const uint64_t value = *place;

    if (value != 0 && value != wanted &&
        atomic_fetch_add(&told->bad_words, 1) == 0) {
      atomic_store(&told->bad_page, page);
      atomic_store(&told->bad_value, value);
      atomic_store(&told->bad_wanted, wanted);
    }
    if (!read_only) {
      *place = wanted;
    }
    atomic_fetch_add(&told->touched, 1);
  }
}

bool await_child(pid_t pid, int* status)
{
  pid_t ended = -1;

  while (pid > 0 && (ended = waitpid(pid, status, 0)) < 0 && errno == EINTR) {
  }
  return pid > 0 && ended == pid;
}

/* The entry of a file of 64-bit entries; false when there is none. */
static bool read_entry(const char* path, uint64_t index, uint64_t* value)
{
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  bool good;

  if (fd < 0) {
    return false;
  }
  good = pread(fd, value, sizeof(*value), (off_t)(index * sizeof(*value))) ==
         sizeof(*value);
  close(fd);
  return good;
}

/* What the processes that map a page know. */
struct probe
{
  const struct segment* segment;
  struct segment_told* told;
  volatile uint64_t* word; /* the page's first word, in both processes */
};

static int64_t read_mappings(const struct probe* probe)
{
  const uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
  uint64_t entry;
  uint64_t count;

  if (access("/proc/kpagecount", R_OK) < 0) {
    return MAPPINGS_NO_FILE;
  }
  if (!read_entry(
          "/proc/self/pagemap", (uintptr_t)probe->word / size, &entry) ||
      !(entry & PAGEMAP_PRESENT) || !(entry & PAGEMAP_PFN)) {
    return MAPPINGS_NO_FRAME;
  }
  if (!read_entry("/proc/kpagecount", entry & PAGEMAP_PFN, &count)) {
    return MAPPINGS_NO_COUNT;
  }
  return (int64_t)count;
}

/* The second process to map the page. */
static int map_second(void* argument)
{
  const struct probe* probe = argument;

  *probe->word = word_of(probe->segment, probe->segment->pages[0]);
  atomic_store(&probe->told->mappings, read_mappings(probe));
  return 0;
}

/* The first one. Its child inherits the attachment, but no page table of it:
 * those come with the child's own touch. */
static int map_first(void* argument)
{
  struct probe* probe = argument;
  const struct segment* segment = probe->segment;
  char* at = segment_attach(segment, 0, probe->told);

  if (at) {
    probe->word = (volatile uint64_t*)(at + segment->pages[0] * segment->huge);
    *probe->word = word_of(segment, segment->pages[0]);
    await_child(spawn(-1, map_second, probe), NULL);
  }
  return 0;
}

int64_t segment_mappings(const struct segment* segment,
                         struct segment_told* told)
{
  const uint64_t deadline = now_us() + COUNT_LIMIT_US;
  struct probe probe = {.segment = segment, .told = told};
  pid_t first;
  pid_t ended = 0;

  atomic_store(&told->mappings, MAPPINGS_NO_END);
  first = spawn(-1, map_first, &probe);
  while (first > 0 && ended == 0) {
    ended = waitpid(first, NULL, WNOHANG);
    if (ended == 0 && now_us() >= deadline) {
      kill(first, SIGKILL);
      break;
    }
    if (ended == 0) {
      wait_event(-1, deadline);
    }
  }
  return atomic_load(&told->mappings);
}
