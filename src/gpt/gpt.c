/* SPDX-License-Identifier: MIT */
struct gpt_placeholder;
