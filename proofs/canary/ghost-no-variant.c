// expect: a loop has no 'loop variant'
/*@ ghost
  /@ terminates \true;
     assigns \nothing;
     ensures wrong: \false; @/
  void prove_anything(void)
  {
      /@ loop invariant \true;
         loop assigns \nothing; @/
      while (1)
          ;
  } */

/*@ terminates \true;
    assigns \nothing;
    ensures wrong: \result == 2; */
int one(void)
{
    //@ ghost prove_anything();
    return 1;
}
