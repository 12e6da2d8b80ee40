// expect: forbidden word 'inductive'
/*@ inductive odd(integer n) {
      case one: odd(1);
      case all: \forall integer n; odd(n);
    } */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: odd(2); */
int zero(void)
{
    return 0;
}
