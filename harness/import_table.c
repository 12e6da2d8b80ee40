/* A hash table from numbers to numbers, for the pages and pageblocks of a trace. */
#include "harness/import.h"

#include <stdlib.h>

enum { FIRST_SIZE = 1024 };

static size_t slot_of(const struct import_table *table, uint64_t key)
{
    uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 32) & (table->size - 1);
    while (table->entries[at].taken && table->entries[at].key != key)
        at = (at + 1) & (table->size - 1);
    return at;
}

uint64_t *import_table_get(const struct import_table *table, uint64_t key)
{
    if (table->size == 0)
        return NULL;
    struct import_entry *entry = &table->entries[slot_of(table, key)];
    return entry->taken ? &entry->value : NULL;
}

static bool grow(struct import_table *table)
{
    struct import_table larger = {.size = table->size ? table->size * 2 : FIRST_SIZE};
    larger.entries = calloc(larger.size, sizeof(*larger.entries));
    if (!larger.entries)
        return false;
    for (size_t i = 0; i < table->size; i++) {
        if (table->entries[i].taken)
            larger.entries[slot_of(&larger, table->entries[i].key)] = table->entries[i];
    }
    larger.used = table->used;
    free(table->entries);
    *table = larger;
    return true;
}

uint64_t *import_table_put(struct import_table *table, uint64_t key)
{
    if (table->used * 2 >= table->size && !grow(table))
        return NULL;
    struct import_entry *entry = &table->entries[slot_of(table, key)];
    if (!entry->taken) {
        *entry = (struct import_entry){.key = key, .taken = true};
        table->used++;
    }
    return &entry->value;
}

void import_table_free(struct import_table *table)
{
    free(table->entries);
    *table = (struct import_table){0};
}
