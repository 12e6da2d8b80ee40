// expect: unproven typed_ref_low_assert_rte_unsigned_downcast
/*@ terminates \true;
    assigns \nothing; */
unsigned char low(unsigned x)
{
    return (unsigned char)x;
}
