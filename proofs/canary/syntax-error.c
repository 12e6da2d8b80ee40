// expect: Frama-C cannot read it
/*@ terminates \true; assigns \nothing; ensures \result == ; */
int one(void)
{
    return 1;
}
