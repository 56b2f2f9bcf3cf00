// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer over the parser of what replay plays.
 */
#include "../operations.h"
#include "../vmxctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct operations operations;
	struct reader reader;
	size_t sum = 0;

	reader_open_text(&reader, data, size);
	operations_read(&operations, &reader);
	reader_close(&reader);
	for (size_t i = 0; i < operations.count; i++) {
		struct operation *operation = &operations.list[i];

		if (operation->kind != RELEASE) {
			if (!operation->size || !operation->align ||
			    operation->align & (operation->align - 1))
				abort();
			continue;
		}
		/* Nothing is freed before it is there, nor twice. */
		if (operation->request >= i || operations.list[operation->request].kind != REQUEST)
			abort();
		operations.list[operation->request].kind = FAILED_REQUEST;
	}
	for (int kind = REQUEST; kind <= RELEASE; kind++)
		sum += operations.nr[kind];
	if (sum != operations.count)
		abort();
	operations_free(&operations);
	return 0;
}
