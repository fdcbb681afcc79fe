/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands about fields: registers, capabilities, queries.
 */
#ifndef _FWCTL_TOOL_MLX5_FIELDS_H
#define _FWCTL_TOOL_MLX5_FIELDS_H

#include "../fwctl.h"

/* fields.c: words of a command line to fields, and fields to JSON */
const struct fwctl_mlx5_layout *find_layout(struct run *run,
					    enum fwctl_mlx5_kind kind,
					    const char *name);
int set_keys(struct run *run, const struct fwctl_mlx5_layout *layout, int first,
	     bool others, void *data, size_t len);
bool is_shown(const struct run *run, int first, const char *name);
int check_shown(struct run *run, int first, json_object *rows);
json_object *field_row(const struct fwctl_mlx5_field *field, const void *data,
		       size_t len);
void fields_text(struct run *run);
extern const struct column_spec fields_columns[];

/* fw.c */
int fw_info_run(struct run *run);
extern const struct column_spec fw_info_columns[];

/* layout.c */
int layout_list_run(struct run *run);
int layout_show_run(struct run *run);
extern const struct column_spec layout_list_columns[], layout_show_columns[];

/* reg.c */
int reg_list_run(struct run *run);
int reg_get_run(struct run *run);
int reg_set_run(struct run *run);
extern const struct option_spec reg_options[];
extern const struct column_spec reg_list_columns[], reg_set_columns[];

/* query.c */
int caps_run(struct run *run);
int query_run(struct run *run);
extern const struct option_spec caps_options[];
extern const struct column_spec caps_columns[];

#endif
