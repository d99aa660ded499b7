/* SPDX-License-Identifier: MIT */
/*
 * The commands of `bootprobe`. Each takes "bootprobe NAME" as argv[0] and returns the exit status:
 * 0 fine, 1 the input is broken or something was found, 2 usage or input that cannot be read.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

int acpi_main(int argc, char **argv);
int compare_main(int argc, char **argv);
int correlate_main(int argc, char **argv);
int cpio_main(int argc, char **argv);
int explain_main(int argc, char **argv);
int gpt_main(int argc, char **argv);
int proxmox_main(int argc, char **argv);
int read_main(int argc, char **argv);
int show_main(int argc, char **argv);
int timeline_main(int argc, char **argv);

#endif
