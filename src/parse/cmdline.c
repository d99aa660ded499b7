/* SPDX-License-Identifier: MIT */
#include "parse/cmdline.h"
