// expect: unproven typed_ref_lemma_wrong
/*@ lemma wrong: \forall integer x; x * x > x; */

/*@ terminates \true;
    assigns \nothing;
    ensures big: \result * \result > \result; */
int one(void)
{
    return 1;
}
