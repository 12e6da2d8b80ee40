// expect: Frama-C cannot read it
// Frama-C's own answer: a name must be known before it is used.
/*@ logic integer even(integer n) = n <= 0 ? 0 : odd(n - 1) + 1; */
/*@ logic integer odd(integer n) = n <= 0 ? 1 : even(n - 1) + 1; */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == even(2) - even(2); */
int zero(void)
{
    return 0;
}
