// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Sources: the contexts and devices that use one are counted.
 */
#include <stdlib.h>

#include "private.h"

/* The caller has the first reference to a source that is zeroed. */
void fwctl_source_init(struct fwctl_source *source,
		       const struct fwctl_transport *transport)
{
	source->transport = transport;
	source->refs = 1;
	pthread_mutex_init(&source->lock, NULL);
}

/* A source that is nothing but its transport, or NULL without memory. */
struct fwctl_source *fwctl_source_new(const struct fwctl_transport *transport)
{
	struct fwctl_source *source = calloc(1, sizeof(*source));

	if (source)
		fwctl_source_init(source, transport);
	return source;
}

struct fwctl_source *fwctl_source_get(struct fwctl_source *source)
{
	pthread_mutex_lock(&source->lock);
	source->refs++;
	pthread_mutex_unlock(&source->lock);
	return source;
}

/* Drop a reference, if @source is not NULL; the last one frees the source. */
void fwctl_source_put(struct fwctl_source *source)
{
	unsigned int refs;

	if (!source)
		return;
	pthread_mutex_lock(&source->lock);
	refs = --source->refs;
	pthread_mutex_unlock(&source->lock);
	if (refs)
		return;
	if (source->transport->release)
		source->transport->release(source);
	pthread_mutex_destroy(&source->lock);
	free(source);
}
