/* What the state importer's tests share: the three files of a small zone. */
#ifndef HARNESS_TESTS_IMPORT_STATE_FIXTURE_H
#define HARNESS_TESTS_IMPORT_STATE_FIXTURE_H

#include "harness/import_state.h"
#include "harness/tests/import_fixture.h"

/* Normal spans pfns 2 .. 79: 20 pageblocks of 4 pages, of which 16 count. 5 + 2 * 2 + 2 * 4 + 4 * 8
 * = 49 pages are free, 3 on lists and 8 used: 60 managed, 4 of the 64 are reserved. */
static const char small_buddyinfo[] = "Node 0, zone      DMA      0      0      0      1 \n"
                                      "Node 0, zone   Normal      5      2      2      4 \n";
static const char small_pagetypeinfo[] =
    "Page block order: 2\n"
    "Pages per block:  4\n"
    "\n"
    "Free pages count per migrate type at order       0      1      2      3 \n"
    "Node    0, zone      DMA, type    Unmovable      0      0      0      1 \n"
    "Node    0, zone      DMA, type      Movable      0      0      0      0 \n"
    "Node    0, zone      DMA, type  Reclaimable      0      0      0      0 \n"
    "Node    0, zone   Normal, type    Unmovable      2      0      0      1 \n"
    "Node    0, zone   Normal, type      Movable      3      2      1      1 \n"
    "Node    0, zone   Normal, type  Reclaimable      0      0      0      2 \n"
    "Node    0, zone   Normal, type   HighAtomic      0      0      1      0 \n"
    "Node    0, zone   Normal, type      Isolate      0      0      0      0 \n"
    "\n"
    "Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate \n"
    "Node 0, zone      DMA            2            0            0            0            0 \n"
    "Node 0, zone   Normal            4            7            4            1            0 \n";
static const char small_zoneinfo[] = "Node 0, zone   Normal\n"
                                     "  per-node stats\n"
                                     "      nr_inactive_anon 27278\n"
                                     "  pages free     49\n"
                                     "        boost    2\n"
                                     "        min      5\n"
                                     "        low      6\n"
                                     "        high     7\n"
                                     "        promo    8\n"
                                     "        spanned  78\n"
                                     "        present  64\n"
                                     "        managed  60\n"
                                     "        cma      0\n"
                                     "        protection: (0, 1, 2, 3, 3)\n"
                                     "      nr_free_pages 49\n"
                                     "      nr_free_pages_blocks 40\n"
                                     "      nr_zone_inactive_anon 27278\n"
                                     "      nr_free_cma  0\n"
                                     "  pagesets\n"
                                     "    cpu: 0\n"
                                     "              count:    0\n"
                                     "              high:     6\n"
                                     "              batch:    3\n"
                                     "              high_min: 5\n"
                                     "              high_max: 9\n"
                                     "  vm stats threshold: 1\n"
                                     "    cpu: 1\n"
                                     "              count:    3\n"
                                     "              high:     6\n"
                                     "              batch:    3\n"
                                     "              high_min: 5\n"
                                     "              high_max: 9\n"
                                     "  vm stats threshold: 1\n"
                                     "  node_unreclaimable:  0\n"
                                     "  start_pfn:           2\n";

#endif
