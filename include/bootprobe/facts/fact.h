/* SPDX-License-Identifier: MIT */
/* What all facts are made of: results, answers, and lists that one process fills while others read
 * them. */
#ifndef BOOTPROBE_FACTS_FACT_H
#define BOOTPROBE_FACTS_FACT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The result of an operation on the machine: not tried (0), done (OUTCOME_OK), or a negative
 * errno. A missing, a forbidden, a broken and a hung thing differ by their errno. */
typedef int32_t outcome_t;
#define OUTCOME_UNKNOWN 0
#define OUTCOME_OK 1

static inline outcome_t outcome_from(long result)
{
	return result < 0 ? (outcome_t)result : OUTCOME_OK;
}

/* A yes-or-no question. */
enum answer { ANSWER_UNKNOWN = 0, ANSWER_NO, ANSWER_YES };

static inline enum answer answer_from(bool value)
{
	return value ? ANSWER_YES : ANSWER_NO;
}

/* The head of every list of facts: entries below count are whole. Entries that found no room are
 * counted in dropped. */
struct fact_list {
	_Atomic uint32_t count;
	_Atomic uint32_t dropped;
};

static inline uint32_t fact_list_count(const struct fact_list *list, uint32_t capacity)
{
	uint32_t count = atomic_load_explicit(&list->count, memory_order_acquire);
	return count < capacity ? count : capacity;
}

/* The index of the next entry to fill, or -1 (counted as dropped) when the list is full. One
 * process at a time fills a list. */
static inline int64_t fact_list_reserve(struct fact_list *list, uint32_t capacity)
{
	uint32_t count = atomic_load_explicit(&list->count, memory_order_relaxed);

	if (count < capacity)
		return count;
	atomic_fetch_add_explicit(&list->dropped, 1, memory_order_relaxed);
	return -1;
}

static inline void fact_list_publish(struct fact_list *list)
{
	atomic_fetch_add_explicit(&list->count, 1, memory_order_release);
}

/* For probes that run again: the list is empty until the next publication. */
static inline void fact_list_reset(struct fact_list *list)
{
	atomic_store_explicit(&list->count, 0, memory_order_release);
	atomic_store_explicit(&list->dropped, 0, memory_order_relaxed);
}

/* For facts that exist once. */
struct fact_once {
	_Atomic uint32_t is_known;
};

static inline void fact_publish(struct fact_once *once)
{
	atomic_store_explicit(&once->is_known, 1, memory_order_release);
}

static inline bool fact_is_known(const struct fact_once *once)
{
	return atomic_load_explicit(&once->is_known, memory_order_acquire) != 0;
}

/* A pointer to the next free entry of facts->NAME, or NULL; and its publication. */
#define fact_new(facts_list)                                                                   \
	({                                                                                     \
		int64_t at_ = fact_list_reserve(&(facts_list).list,                            \
			(uint32_t)(sizeof((facts_list).item) / sizeof((facts_list).item[0]))); \
		at_ < 0 ? NULL : &(facts_list).item[at_];                                      \
	})
#define fact_done(facts_list) fact_list_publish(&(facts_list).list)
#define fact_count(facts_list)              \
	fact_list_count(&(facts_list).list, \
		(uint32_t)(sizeof((facts_list).item) / sizeof((facts_list).item[0])))
/* for every whole entry: fact_foreach (console, facts->consoles) ... */
#define fact_foreach(entry, facts_list)                                              \
	for (__typeof__(&(facts_list).item[0])                                       \
			entry = (facts_list).item,                                   \
			end_of_##entry = (facts_list).item + fact_count(facts_list); \
		entry < end_of_##entry; entry++)

#define FACT_LIST(type, capacity)           \
	struct {                            \
		struct fact_list list;      \
		struct type item[capacity]; \
	}

#endif
