/* SPDX-License-Identifier: GPL-2.0 */
/* QEMU's edu device: its registers, in bytes from the start of BAR 0, and its own memory. */
#define EDU_IRQ_STATUS	0x24
#define EDU_IRQ_ACK	0x64
#define EDU_DMA_FROM	0x80
#define EDU_DMA_TO	0x88
#define EDU_DMA_BYTES	0x90
#define EDU_DMA_COMMAND	0x98
#define EDU_DMA_SEND	0x05	/* with an interrupt at the end */
#define EDU_DMA_RECEIVE	0x07
#define EDU_DMA_RUNS	0x01
#define EDU_MEMORY	0x40000
#define EDU_BYTES	2048	/* of 4096: QEMU before 9.1 aborts if all are moved */
