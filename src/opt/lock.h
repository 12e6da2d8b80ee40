/* The zone's lock: everything but the per-CPU lists and the states of used and cached pages is
 * changed under it. Giving it back tells the fast path how much is free. */
#ifndef OPT_LOCK_H
#define OPT_LOCK_H

#include "watermark.h"

#if defined(__x86_64__) || defined(__i386__)
#define OPT_RELAX() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define OPT_RELAX() __asm__ volatile("yield")
#else
#define OPT_RELAX() ((void)0)
#endif

/* Calls for one CPU never overlap, so a zone of one CPU needs no lock. */
static inline void opt_lock(struct plumb_zone *zone)
{
    if (zone->nr_cpus == 1)
        return;
    while (__atomic_exchange_n(&zone->lock, 1, __ATOMIC_ACQUIRE) != 0)
        while (opt_read(zone->lock) != 0)
            OPT_RELAX();
}

static inline void opt_unlock(struct plumb_zone *zone)
{
    opt_note_plenty(zone);
    if (zone->nr_cpus != 1)
        __atomic_store_n(&zone->lock, 0, __ATOMIC_RELEASE);
}

#endif
