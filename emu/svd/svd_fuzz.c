/* Any bytes as an SVD file. SPDX-License-Identifier: GPL-2.0-or-later */
#include "svd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error *err = NULL;
    ZifSvd *svd = zif__svd_parse(data, size, "input", &err);
    error_free(err);
    zif__svd_free(svd);
    return 0;
}
