// A comparison for equality is turned round.
@@ expression a, b; @@
  a
- ==
+ !=
  b
