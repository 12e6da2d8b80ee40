/* The mutator's part for the header: other zones. */
#include "fuzz/mutator.h"

#include <string.h>

#include "harness/operations.h"

static void random_bytes(struct random *random, uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = random_byte(random);
}

/* One byte of the zone mostly; many faults need several to fit, so groups change together too. */
void mutate_header(struct random *random, uint8_t *bytes)
{
    uint8_t *byte = bytes + random_below(random, RECORD_HEADER_BYTES);
    switch (random_below(random, 16)) {
    case 0: /* one type for all pageblocks */
        memset(bytes + HEADER_TYPES, (int)random_below(random, 16) * 0x11, 4);
        break;
    case 1: /* another zone */
        random_bytes(random, bytes, RECORD_HEADER_BYTES);
        break;
    case 2: /* other per-CPU lists: batch, high, low, limit */
    case 3:
        random_bytes(random, bytes + HEADER_BATCH, HEADER_TYPES - HEADER_BATCH);
        break;
    case 4: /* other watermarks and reserves */
        random_bytes(random, bytes + HEADER_WMARK, RECORD_HEADER_BYTES - HEADER_WMARK);
        break;
    case 5:
        random_fallback(random, bytes);
        break;
    case 6:
        *byte = (uint8_t)(*byte + 1);
        break;
    case 7:
        random_highatomic(random, bytes);
        break;
    case 8:
        *byte = (uint8_t)(*byte - 1);
        break;
    case 9: /* other types, ISOLATE at an edge of the zone among them */
        random_bytes(random, bytes + HEADER_TYPES, HEADER_HOLES - HEADER_TYPES);
        break;
    case 10:
        random_isolated_types(random, bytes);
        break;
    case 11: /* references are counted, or no more */
        bytes[HEADER_BASE] ^= 128;
        break;
    case 12: /* pageblocks of order 4 or 5, huge pages or no more */
        bytes[HEADER_BASE] ^= BASE_THP;
        byte = bytes + HEADER_PAGEBLOCK_ORDER;
        *byte = (uint8_t)((*byte & 0xf8) | (random_below(random, 2) ? 2 : 5));
        break;
    default:
        *byte = random_byte(random);
    }
}
