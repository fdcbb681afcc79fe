/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands about fields: registers, capabilities, queries.
 */
#ifndef _FWCTL_TOOL_MLX5_FIELDS_H
#define _FWCTL_TOOL_MLX5_FIELDS_H

#include "access.h"

/* The longest register that struct field_reg has room for. */
#define FIELD_REG_MAX 256

/**
 * struct field_reg - a register of a device, by field
 * @run: gets errors
 * @dev: the device
 * @layout: layout of the register
 * @data: content of the register
 */
struct field_reg {
	struct run *run;
	struct fwctl_dev *dev;
	const struct fwctl_mlx5_layout *layout;
	__u8 data[FIELD_REG_MAX];
};

/* fields.c */
const struct fwctl_mlx5_layout *find_layout(struct run *run,
					    enum fwctl_mlx5_kind kind,
					    const char *name);
const struct fwctl_mlx5_layout *dump_segment(const char *name);
int set_keys(struct run *run, const struct fwctl_mlx5_layout *layout, int first,
	     bool others, void *data, size_t len);
bool is_shown(const struct run *run, int first, const char *name);
int check_shown(struct run *run, int first, json_object *rows);
json_object *field_json(const struct fwctl_mlx5_field *field, __u64 number);
json_object *field_row(const struct fwctl_mlx5_field *field, const void *data,
		       size_t len);
void fields_text(struct run *run);
__u64 get_number(const struct fwctl_mlx5_layout *layout, const void *data,
		 size_t len, const char *name);
void set_number(const struct fwctl_mlx5_layout *layout, void *data, size_t len,
		const char *name, __u64 value);
void reg_begin(struct field_reg *reg, const char *name);
void reg_set(struct field_reg *reg, const char *name, __u64 value);
__u64 reg_get(const struct field_reg *reg, const char *name);
int reg_read(struct field_reg *reg, json_object *report);
json_object *reg_name(const struct field_reg *reg, const char *name);
json_object *reg_text(const struct field_reg *reg, const char *name);
extern const struct column_spec fields_columns[];

/* diag.c, diag-read.c */
int diag_list_run(struct run *run);
int diag_start_run(struct run *run);
int diag_stop_run(struct run *run);
int diag_read_run(struct run *run);
void diag_counters_text(struct run *run);
extern const struct option_spec diag_start_options[], diag_read_options[];
extern const struct column_spec diag_list_columns[], diag_set_columns[];
extern const struct column_spec diag_read_columns[];

/* dump.c */
int dump_menu_run(struct run *run);
int dump_get_run(struct run *run);
extern const struct option_spec dump_get_options[];
extern const struct column_spec dump_menu_columns[], dump_get_columns[];

/* dump-file.c */
int dump_show_run(struct run *run);
extern const struct column_spec dump_show_columns[];

/* fw.c */
int fw_info_run(struct run *run);
extern const struct option_spec fw_info_options[];
extern const struct column_spec fw_info_columns[];

/* fw-update.c */
int fw_update_run(struct run *run);
int fw_show_run(struct run *run);
extern const struct option_spec fw_update_options[];
extern const struct column_spec fw_update_columns[], fw_show_columns[];

/* health.c */
int link_run(struct run *run);
int module_run(struct run *run);
int pcie_run(struct run *run);
int sensors_run(struct run *run);
void link_text(struct run *run);
void module_text(struct run *run);
void pcie_text(struct run *run);
extern const struct column_spec link_columns[], module_columns[], pcie_columns[];
extern const struct column_spec sensors_columns[];

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
