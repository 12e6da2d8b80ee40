/* Tells the sanitizers which part of reused memory a zone may touch; nothing in a plain build. */
#ifndef HARNESS_POISON_H
#define HARNESS_POISON_H

#include <stddef.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_ADDRESS 1
#elif __has_feature(memory_sanitizer)
#define POISON_MEMORY 1
#endif
#endif

#if defined(POISON_ADDRESS)
#include <sanitizer/asan_interface.h>
#elif defined(POISON_MEMORY)
#include <sanitizer/msan_interface.h>
#endif

enum {
    POISON_ZONE = 4096, /* bytes behind a zone that are watched */
    POISON_FILL = 0x5a, /* what a new zone finds in its memory: the same garbage each time */
};

static inline void poison_none(void *memory, size_t bytes)
{
    (void)memory;
    (void)bytes;
#if defined(POISON_ADDRESS)
    __asan_unpoison_memory_region(memory, bytes);
#endif
}

/* A zone of `bytes` begins in `room` bytes of memory: what it holds is unknown to it, and what
 * lies behind is not its own. */
static inline void poison_new_zone(void *memory, size_t bytes, size_t room)
{
    (void)room;
#if defined(POISON_ADDRESS)
    size_t behind = room - bytes < POISON_ZONE ? room - bytes : (size_t)POISON_ZONE;
    __asan_unpoison_memory_region(memory, bytes);
#endif
    memset(memory, POISON_FILL, bytes);
#if defined(POISON_ADDRESS)
    __asan_poison_memory_region((char *)memory + bytes, behind);
#elif defined(POISON_MEMORY)
    __msan_poison(memory, bytes);
#endif
}

#endif
