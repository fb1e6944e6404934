// A condition is turned round.
@@ expression c; statement s; @@
- if (c)
+ if (!(c))
s
