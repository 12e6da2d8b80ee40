// expect: unproven typed_ref_get_assert_rte_index_bound
static const unsigned table[4] = {1, 2, 3, 4};

/*@ requires i <= 4;
    terminates \true;
    assigns \nothing; */
unsigned get(unsigned i)
{
    return table[i];
}
