/* The plants: small servers with a fault each, that the gate runs on itself to prove that it would see the fault. */
#ifndef HARNESS_PLANT_H
#define HARNESS_PLANT_H

/* Serves the document FILE with the fault NAME ("none" for a faultless server) until SIGTERM. Returns the exit status;
   2 where there is no such fault. */
int plant_serve(const char *name, const char *file);

#endif
