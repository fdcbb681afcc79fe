// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compares nvtable.c with the databases of mstflint that are installed: each item of
 * a database must be in the table with the same name and length, and read-only if it
 * is a capability.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "ktap.h"
#include "nvconfig.h"

#define DATABASE	"/usr/share/mstflint/mlxconfig_dbs/mlxconfig_host.db"

/* The installed database, and the one that the lab unpacks */
static const char * const databases[] = { DATABASE, "/opt/sid/mstflint" DATABASE };

/* Items of this class are headers of configuration files. */
#define CLASS_FILE	6

static sqlite3 *db;

static sqlite3_stmt *select_all(const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		abort();
	return statement;
}

static const struct nv_tlv *find(int class, int index)
{
	for (unsigned int i = 0; i < nv_ntypes; i++) {
		if (nv_types[i].class == class && nv_types[i].index == index)
			return &nv_types[i];
	}
	return NULL;
}

static void check_items(void)
{
	sqlite3_stmt *row = select_all("select name, class, id, size, cap from tlvs");
	unsigned int n = 0;

	while (sqlite3_step(row) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(row, 0);
		const struct nv_tlv *t;

		if (sqlite3_column_int(row, 1) == CLASS_FILE)
			continue;
		t = find(sqlite3_column_int(row, 1), sqlite3_column_int(row, 2));
		if (!t || strcmp(t->name, name) || t->len != sqlite3_column_int(row, 3) ||
		    (sqlite3_column_int(row, 4) && t->kind != NV_READ_ONLY))
			ktap_fail("%s: %s", name,
				  t ? "nvtable.c has another line" : "not in nvtable.c");
		n++;
	}
	expect(n >= 150);
	sqlite3_finalize(row);
}

/* The capabilities that mstconfig's conditions read are not all zero. */
static void check_conditions(void)
{
	static const char * const used[] = {
		"nv_global_pci_cap", "nv_sw_offload_cap", "nv_pci_cap", "nv_rom_cap",
		"nv_hca_cap", "nv_qos_cap",
	};
	sqlite3_stmt *row = select_all("select class, id, name from tlvs where cap = 1");
	unsigned int n = 0;

	while (sqlite3_step(row) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(row, 2);
		const struct nv_tlv *t = find(sqlite3_column_int(row, 0),
					       sqlite3_column_int(row, 1));

		for (unsigned int i = 0; i < ARRAY_SIZE(used); i++) {
			if (strcmp(name, used[i]))
				continue;
			expect(t && t->values->width);
			n++;
		}
	}
	expect(n == ARRAY_SIZE(used));
	sqlite3_finalize(row);
}

static void in_each(void (*check)(void))
{
	unsigned int checked = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(databases); i++) {
		if (access(databases[i], R_OK))
			continue;
		checked++;
		expect(sqlite3_open_v2(databases[i], &db, SQLITE_OPEN_READONLY,
				       NULL) == SQLITE_OK);
		check();
		sqlite3_close(db);
	}
	if (!checked)
		ktap_skip("no " DATABASE);
}

static void items(void)
{
	in_each(check_items);
}

static void conditions(void)
{
	in_each(check_conditions);
}

static const struct ktap_test tests[] = {
	{ "items", items },
	{ "conditions", conditions },
};

int main(void)
{
	return ktap_run(tests, ARRAY_SIZE(tests));
}
