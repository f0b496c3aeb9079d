#ifndef FUNDIR_PEER_H
#define FUNDIR_PEER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many tensors the crate finds in the file of `length` bytes at `file`; -1 when it refuses the file. */
int64_t fundir_peer_open(const uint8_t *file, uint64_t length);

#ifdef __cplusplus
}
#endif

#endif
