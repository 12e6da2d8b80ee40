// expect: proven
// The control: if this one fails, the refusals of the others mean nothing. Words such as axiom,
// admit, volatile, union, goto or asm in a comment are no offence.

/*@ logic integer sum(integer n) = n <= 0 ? 0 : sum(n - 1) + n; */
/*@ predicate small(integer n) = 0 <= n <= 1000; */

/*@ requires small(n);
    terminates \true;
    assigns \nothing;
    ensures sum: \result == sum(n) && 0 <= \result <= 1000 * n; */
static int add_up(int n)
{
    int total = 0;

    /*@ loop invariant 0 <= i <= n && total == sum(i) && 0 <= total <= 1000 * i;
        loop assigns i, total;
        loop variant n - i; */
    for (int i = 0; i < n;) {
        i++;
        total += i;
    }
    return total;
}

/*@ ghost
  /@ requires small(n);
     terminates \true;
     assigns \nothing;
     ensures positive: sum(n) >= 0; @/
  void sum_is_positive(int n)
  {
      /@ loop invariant 0 <= i <= n && sum(i) >= 0;
         loop assigns i;
         loop variant n - i; @/
      for (int i = 0; i < n; i++)
          ;
  } */

/*@ requires \valid(x) && 0 <= *x <= 1000;
    terminates \true;
    assigns *x;
    ensures same: \old(*x) == 0 ==> *x == 0; */
void add_up_in_place(int *x)
{
    //@ ghost sum_is_positive(*x);
    if (*x == 0)
        return;
    *x = add_up(*x);
}
