// SPDX-License-Identifier: GPL-2.0
/*
 * The file that a picture is written to.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "picturefile.h"
#include "vmxctl.h"

void picture_canvas(struct canvas *canvas, FILE *stream, enum picture picture, double width,
		    double height)
{
#ifdef HAVE_CAIRO
	if (picture != PICTURE_SVG)
		canvas_cairo(canvas, stream, picture, width, height);
	else
#endif
		canvas_svg(canvas, stream, width, height);
	(void)picture;
	canvas->rectangle(canvas, 0, 0, width, height, 0xffffff, NULL, NULL);
}

int picture_possible(enum picture picture)
{
#ifndef HAVE_CAIRO
	if (picture && picture != PICTURE_SVG)
		return fail(ABSENT, _("%s is not in this build: it needs %s"),
			    picture == PICTURE_PNG ? "--png" : "--pdf", "cairo");
#endif
	(void)picture;
	return DONE;
}

int picture_save(enum picture picture, const char *path, picture_draw *draw, const void *data)
{
	bool to_stdout = !strcmp(path, "-");
	char *temporary = NULL;
	FILE *stream = stdout;
	int error = picture_possible(picture), descriptor;

	if (error)
		return error;
	if (!to_stdout) {
		struct stat status;

		/* A device or a pipe is written as it is. */
		if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
			stream = fopen(path, "w");
		} else {
			if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
				abort();
			descriptor = mkstemp(temporary);
			stream = descriptor < 0 ? NULL : fdopen(descriptor, "w");
			if (stream) {
				mode_t mask = umask(0);

				umask(mask);
				fchmod(descriptor, 0666 & ~mask);
			}
		}
		if (!stream) {
			error = errno;
			free(temporary);
			return fail_errno(error, path);
		}
	}
	error = draw(data, picture, stream);
	if (!to_stdout && fclose(stream) && !error)
		error = errno;
	if (temporary && !error && rename(temporary, path))
		error = errno;
	if (temporary && error)
		unlink(temporary);
	free(temporary);
	return error ? fail_errno(error, path) : DONE;
}
