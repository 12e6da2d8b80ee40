// expect: unproven typed_ref_next_assert_rte_unsigned_overflow
/*@ terminates \true;
    assigns \nothing; */
unsigned next(unsigned x)
{
    return x + 1u;
}
