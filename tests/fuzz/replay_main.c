/* SPDX-License-Identifier: MIT */
/*
 * Stands in for libFuzzer where it is not there: gives each file, and each file below each
 * directory, to the fuzz target it is linked with. For crashers, corpora and coverage.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INPUT_BYTES_MAX = 32 << 20, PATH_SIZE = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned inputs_run;

static int complain(const char *path)
{
	perror(path);
	return -1;
}

static int replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	/* Exactly as large as the input, so that a sanitizer sees the first byte behind it. */
	uint8_t *data = malloc(size ? size : 1);
	size_t n;

	if (!file || !data) {
		free(data);
		if (file)
			(void)fclose(file);
		return complain(path);
	}
	n = fread(data, 1, size, file);
	(void)fclose(file);
	fprintf(stderr, "%s: %zu bytes\n", path, n);
	(void)LLVMFuzzerTestOneInput(data, n);
	inputs_run++;
	free(data);
	return 0;
}

static int replay(const char *path);

static int replay_folder(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int status = 0;

	if (!directory)
		return complain(path);
	while ((entry = readdir(directory))) {
		char below[PATH_SIZE];
		int length = snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);

		if (entry->d_name[0] == '.' || length < 0 || (size_t)length >= sizeof(below))
			continue;
		if (replay(below) < 0)
			status = -1;
	}
	(void)closedir(directory);
	return status;
}

static int replay(const char *path)
{
	struct stat info;

	if (stat(path, &info) < 0)
		return complain(path);
	if (S_ISDIR(info.st_mode))
		return replay_folder(path);
	if (info.st_size > INPUT_BYTES_MAX) {
		fprintf(stderr, "%s: larger than %d bytes, left out\n", path, INPUT_BYTES_MAX);
		return 0;
	}
	return replay_file(path, (size_t)info.st_size);
}

/* Exit status 1 when a path could not be read, or when there was nothing to replay. */
int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (replay(argv[i]) < 0)
			status = 1;
	}
	fprintf(stderr, "%u inputs\n", inputs_run);
	return inputs_run ? status : 1;
}
