// A function says true where it should say false.
@@ @@
- return false;
+ return true;
