// expect: binds names
/*@ predicate liar(integer s, integer k) =
      k <= s ? \false : (\forall int k; !liar(s, k - 1)); */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: liar(0, 1); */
int one(void)
{
    return 1;
}
