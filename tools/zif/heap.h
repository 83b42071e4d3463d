/* Where the command's heap is. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_HEAP_H
#define ZIF_TOOL_HEAP_H

/** To be called before anything is allocated. Without large pages nothing changes. */
void heap_on_large_page(void);

#endif
