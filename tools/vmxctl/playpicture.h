/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the fragmentation went in some plays, as a picture.
 */
#ifndef VMXCTL_PLAYPICTURE_H
#define VMXCTL_PLAYPICTURE_H

#include <stddef.h>

#include "canvas.h"
#include "play.h"

/* The most that a sample of these plays has. */
double plays_most(const struct play *plays, size_t nr);

/* Write it to @path, as picture_save() does; a play with the name NULL has "-". */
int plays_picture(const char *const *names, const struct play *plays, size_t nr,
		  enum picture picture, const char *path);

#endif
