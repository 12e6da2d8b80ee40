// expect: unproven typed_ref_next_assert_rte_signed_overflow
/*@ terminates \true;
    assigns \nothing;
    ensures next: \result == x + 1; */
int next(int x)
{
    return x + 1;
}
