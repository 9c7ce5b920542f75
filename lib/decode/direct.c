/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Drives the elements that are known for a codec. In a pipeline they would have a bus, a clock, a
 * source, a sink and a thread with all that these cost, which for a short sound is more than to
 * decode it. Here the first element fetches its bytes through a pad of ours, and what it would let
 * a thread do again and again, the caller does.
 */

#include "config.h"

#include "decode/direct.h"

#include "decode/mp3.h"
#include "decode/repairs.h"
#include "flitzis-error.h"

#include <errno.h>
#include <gio/gfiledescriptorbased.h>
#include <unistd.h>

#define MAX_ELEMENTS 2

/* What is read where less than the first is asked for. */
#define SMALL_SIZE 16384
#define AHEAD_SIZE 65536

/* FLAC that is no longer is given to its decoder as a whole, which finds the frames faster than the
 * parser does, and MP3 packet by packet. */
#define MAX_WHOLE_SIZE (2 * 1024 * 1024)

/* The marker of FLAC and the block that says what its frames are. */
#define FLAC_HEAD_SIZE 42

/* wavparse fetches at a time what sounds for 40 ms at this rate. */
#define WAV_RATE 8.0

/*
 * What decodebin would find after looking at the file with all it has, which takes longer than to
 * decode a short sound.
 */
static const char *const chains[FLITZIS_N_CODECS][MAX_ELEMENTS + 1] = {
  [FLITZIS_CODEC_PCM] = { "wavparse" },
  [FLITZIS_CODEC_FLAC] = { "flacparse", "flacdec" },
  [FLITZIS_CODEC_VORBIS] = { "oggdemux", "vorbisdec" },
  [FLITZIS_CODEC_MP3] = { "mpegaudioparse", "mpg123audiodec" },
};

/* What GStreamer asks to be run on a thread is kept, for the caller to run. */
typedef struct
{
  GstTaskPool         parent_instance;
  GstTaskPoolFunction func; /* of the task that waits to be run, or NULL */
  gpointer            user_data;
} TaskPool;

typedef GstTaskPoolClass TaskPoolClass;

static GType task_pool_get_type (void);
G_DEFINE_TYPE (TaskPool, task_pool, GST_TYPE_TASK_POOL)

static void
task_pool_do_nothing (GstTaskPool *pool)
{
}

static void
task_pool_prepare (GstTaskPool *pool, GError **error)
{
}

static gpointer
task_pool_push (GstTaskPool        *pool,
                GstTaskPoolFunction func,
                gpointer            user_data,
                GError            **error)
{
  TaskPool *self = (TaskPool *) pool;

  self->func = func;
  self->user_data = user_data;

  return NULL;
}

static void
task_pool_class_init (TaskPoolClass *class)
{
  class->prepare = task_pool_prepare;
  class->cleanup = task_pool_do_nothing;
  class->push = task_pool_push;
}

static void
task_pool_init (TaskPool *self)
{
}

struct _FlitzisDirect
{
  FlitzisElements *elements;
  GInputStream    *stream;
  int              fd; /* of a local file, else -1 */
  guint64          n_bytes;
  GstBuffer       *ahead; /* read already, from there on */
  guint64          ahead_offset;
  GstBus          *bus;
  TaskPool        *pool;
  GstTask         *task; /* NULL until an element has asked for it */
  GstPad          *source_pad;
  GstPad          *sink_pad;
  GstElement      *chain[MAX_ELEMENTS];
  guint            n_elements;
};

/* FALSE where they cannot be read; fewer are read at the end. */
static gboolean
read_bytes (FlitzisDirect *self,
            guint64        offset,
            guint8        *data,
            gsize          size,
            gsize         *n_read,
            GError       **error)
{
  gssize n_more = 1;

  if (self->fd < 0)
    return g_seekable_seek (G_SEEKABLE (self->stream), offset, G_SEEK_SET, NULL, error) &&
           g_input_stream_read_all (self->stream, data, size, n_read, NULL, error);

  for (*n_read = 0; *n_read < size && n_more != 0; *n_read += MAX (n_more, 0))
    {
      n_more = pread (self->fd, data + *n_read, size - *n_read, offset + *n_read);
      if (n_more < 0 && errno != EINTR)
        {
          g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno),
                               g_strerror (errno));
          return FALSE;
        }
    }

  return TRUE;
}

/* Reads as much in front of what is asked for next that small files are read once. */
static gboolean
look_ahead (FlitzisDirect *self, guint64 offset, gsize size)
{
  GError    *error = NULL;
  GstMapInfo map;
  gsize      n_read = 0;

  gst_clear_buffer (&self->ahead);
  if (size < SMALL_SIZE)
    size = AHEAD_SIZE;
  size = MIN (size, self->n_bytes - offset);
  self->ahead = gst_buffer_new_allocate (NULL, size, NULL);
  if (self->ahead == NULL || !gst_buffer_map (self->ahead, &map, GST_MAP_WRITE))
    return FALSE;

  /* Elements need not say that it was this which failed. */
  if (!read_bytes (self, offset, map.data, size, &n_read, &error))
    flitzis_elements_refuse (self->elements, error);
  gst_buffer_unmap (self->ahead, &map);
  gst_buffer_set_size (self->ahead, n_read);
  self->ahead_offset = offset;

  return error == NULL;
}

/* Nothing is copied, unless a buffer to fill is given. */
static GstFlowReturn
get_range_cb (GstPad *pad, GstObject *parent, guint64 offset, guint size, GstBuffer **buffer)
{
  FlitzisDirect *self = gst_pad_get_element_private (pad);
  gsize          first, n_ahead;
  GstMapInfo     map;

  if (offset >= self->n_bytes)
    return GST_FLOW_EOS;

  size = MIN (size, self->n_bytes - offset);
  n_ahead = self->ahead != NULL ? gst_buffer_get_size (self->ahead) : 0;
  if (offset < self->ahead_offset || offset + size > self->ahead_offset + n_ahead)
    {
      if (!look_ahead (self, offset, size))
        return GST_FLOW_ERROR;

      n_ahead = gst_buffer_get_size (self->ahead);
    }

  first = offset - self->ahead_offset;
  size = MIN (size, n_ahead - first);
  if (size == 0)
    return GST_FLOW_EOS;

  if (*buffer == NULL)
    {
      *buffer = gst_buffer_copy_region (self->ahead, GST_BUFFER_COPY_MEMORY, first, size);
    }
  else
    {
      if (!gst_buffer_map (*buffer, &map, GST_MAP_WRITE))
        return GST_FLOW_ERROR;

      size = gst_buffer_extract (self->ahead, first, map.data, MIN (size, map.size));
      gst_buffer_unmap (*buffer, &map);
      gst_buffer_set_size (*buffer, size);
    }

  GST_BUFFER_OFFSET (*buffer) = offset;
  GST_BUFFER_OFFSET_END (*buffer) = offset + size;

  return GST_FLOW_OK;
}

static gboolean
is_pushed (FlitzisDirect *self)
{
  return self->elements->header->first_frame_offset > 0 && self->n_bytes <= MAX_WHOLE_SIZE;
}

static gboolean
query_source_cb (GstPad *pad, GstObject *parent, GstQuery *query)
{
  FlitzisDirect *self = gst_pad_get_element_private (pad);
  GstFormat      format;

  switch (GST_QUERY_TYPE (query))
    {
    case GST_QUERY_SCHEDULING:
      gst_query_set_scheduling (query, GST_SCHEDULING_FLAG_SEEKABLE, 1, -1, 0);
      gst_query_add_scheduling_mode (query,
                                     is_pushed (self) ? GST_PAD_MODE_PUSH : GST_PAD_MODE_PULL);
      return TRUE;

    case GST_QUERY_DURATION:
      gst_query_parse_duration (query, &format, NULL);
      if (format == GST_FORMAT_BYTES)
        gst_query_set_duration (query, format, self->n_bytes);
      return format == GST_FORMAT_BYTES;

    default:
      return FALSE;
    }
}

/* A task that is over would wait to be started again. */
static void
end_task (FlitzisDirect *self)
{
  if (self->task != NULL)
    gst_task_set_state (self->task, GST_TASK_STOPPED);
}

/* What exactly is wrong is for the search to say. */
static void
fail (FlitzisDirect *self)
{
  flitzis_elements_refuse (self->elements,
                           g_error_new_literal (FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                                                "no decoder can make sense of it"));
  end_task (self);
}

static GstPadProbeReturn
end_cb (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
    end_task (user_data);

  return GST_PAD_PROBE_OK;
}

/* Elements speak on the thread that runs them. */
static GstBusSyncReply
message_cb (GstBus *bus, GstMessage *message, gpointer user_data)
{
  FlitzisDirect      *self = user_data;
  GstStreamStatusType type;
  const GValue       *object;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_STATUS)
    {
      gst_message_parse_stream_status (message, &type, NULL);
      object = gst_message_get_stream_status_object (message);
      if (type == GST_STREAM_STATUS_TYPE_CREATE && self->task == NULL)
        {
          self->task = g_value_dup_object (object);
          gst_task_set_pool (self->task, GST_TASK_POOL (self->pool));
        }
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      fail (self);
    }

  gst_message_unref (message);

  return GST_BUS_DROP;
}

static void
link_pads (GstPad *pad, GstPad *next)
{
  gst_pad_link_full (pad, next, GST_PAD_LINK_CHECK_NOTHING);
}

static void
pad_added_cb (GstElement *demuxer, GstPad *pad, GstPad *next)
{
  if (!gst_pad_is_linked (next))
    link_pads (pad, next);
}

static void
link_element (GstElement *element, GstPad *next)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  if (pad != NULL)
    link_pads (pad, next);
  else
    g_signal_connect (element, "pad-added", G_CALLBACK (pad_added_cb), next);
}

static gboolean
add_elements (FlitzisDirect *self, GError **error)
{
  const char *const *name = chains[self->elements->header->codec];

  for (name += is_pushed (self) ? 1 : 0; *name != NULL; name++)
    {
      GstElement *element = flitzis_elements_make (*name, error);

      if (element == NULL)
        return FALSE;

      self->chain[self->n_elements++] = gst_object_ref_sink (element);
      gst_element_set_bus (element, self->bus);
      flitzis_repairs_watch (self->elements, element);
    }

  return TRUE;
}

/* From the end to the start, since one that is added is linked to the next one. */
static void
link_elements (FlitzisDirect *self)
{
  g_autoptr (GstPad) next = gst_object_ref (self->sink_pad);

  for (guint i = self->n_elements; i > 0; i--)
    {
      link_element (self->chain[i - 1], next);
      gst_object_unref (next);
      next = gst_element_get_static_pad (self->chain[i - 1], "sink");
    }

  link_pads (self->source_pad, next);
}

FlitzisDirect *
flitzis_direct_new (FlitzisElements *elements,
                    GInputStream    *stream,
                    GstPad          *sink_pad,
                    GError         **error)
{
  FlitzisDirect *self = g_new0 (FlitzisDirect, 1);
  GSeekable     *seekable = G_SEEKABLE (stream);

  self->elements = elements;
  self->stream = g_object_ref (stream);
  self->fd = G_IS_FILE_DESCRIPTOR_BASED (stream)
                 ? g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream))
                 : -1;
  self->bus = g_object_new (GST_TYPE_BUS, "enable-async", FALSE, NULL);
  self->pool = g_object_new (task_pool_get_type (), NULL);
  self->source_pad = gst_pad_new (NULL, GST_PAD_SRC);
  self->sink_pad = gst_object_ref (sink_pad);

  gst_object_ref_sink (self->pool);
  gst_object_ref_sink (self->source_pad);
  gst_bus_set_sync_handler (self->bus, message_cb, self, NULL);
  gst_pad_set_element_private (self->source_pad, self);
  gst_pad_set_getrange_function (self->source_pad, get_range_cb);
  gst_pad_set_query_function (self->source_pad, query_source_cb);
  gst_pad_add_probe (self->sink_pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, end_cb, self, NULL);

  if (!g_seekable_seek (seekable, 0, G_SEEK_END, NULL, error))
    {
      flitzis_direct_free (self);
      return NULL;
    }

  self->n_bytes = g_seekable_tell (seekable);
  if (!add_elements (self, error))
    {
      flitzis_direct_free (self);
      return NULL;
    }

  link_elements (self);

  return self;
}

/* What the parser would say: of all that is in front of the frames the decoder needs the first
 * block alone, as if it were the last one. */
static GstCaps *
make_flac_caps (const guint8 *data)
{
  GstBuffer *head = gst_buffer_new_memdup (data, FLAC_HEAD_SIZE);
  GValue     value = G_VALUE_INIT;
  GValue     heads = G_VALUE_INIT;
  GstCaps   *caps = gst_caps_new_simple ("audio/x-flac",
                                         "framed", G_TYPE_BOOLEAN, TRUE,
                                         "channels", G_TYPE_INT, ((data[20] >> 1) & 7) + 1,
                                         "rate", G_TYPE_INT, GST_READ_UINT24_BE (data + 18) >> 4,
                                         NULL);

  gst_buffer_fill (head, 4, "\x80", 1);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_take_buffer (&value, head);
  gst_value_array_init (&heads, 1);
  gst_value_array_append_and_take_value (&heads, &value);
  gst_structure_take_value (gst_caps_get_structure (caps, 0), "streamheader", &heads);

  return caps;
}

static GstCaps *
make_mp3_caps (const FlitzisMp3Packet *packet)
{
  return gst_caps_new_simple ("audio/mpeg",
                              "mpegversion", G_TYPE_INT, 1,
                              "layer", G_TYPE_INT, 3,
                              "parsed", G_TYPE_BOOLEAN, TRUE,
                              "channels", G_TYPE_INT, packet->n_channels,
                              "rate", G_TYPE_INT, packet->rate,
                              NULL);
}

/* Takes `caps`. */
static void
push_start (FlitzisDirect *self, GstCaps *caps)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_set_active (self->source_pad, TRUE);
  gst_pad_push_event (self->source_pad, gst_event_new_stream_start ("frames"));
  gst_pad_push_event (self->source_pad, gst_event_new_caps (caps));
  gst_pad_push_event (self->source_pad, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
}

static gboolean
push_part (FlitzisDirect *self, gsize offset, gsize size)
{
  GstBuffer *part = gst_buffer_copy_region (self->ahead, GST_BUFFER_COPY_MEMORY, offset, size);

  return gst_pad_push (self->source_pad, part) == GST_FLOW_OK;
}

/* The decoder keeps what is behind the first frame until it is told that this was all. */
static gboolean
push_flac (FlitzisDirect *self, const guint8 *data, gsize offset)
{
  if (offset < FLAC_HEAD_SIZE || offset >= self->n_bytes)
    return FALSE;

  push_start (self, make_flac_caps (data));

  return push_part (self, offset, self->n_bytes - offset);
}

/* FALSE as soon as they are not what the first one is, not as many as stated, or do not lie one
 * behind the other up to the end. */
static gboolean
push_mp3 (FlitzisDirect *self, const guint8 *data, gsize offset)
{
  FlitzisMp3Packet first, packet;

  for (guint64 i = 0; i < self->elements->header->n_packets; i++)
    {
      if (offset + FLITZIS_MP3_HEAD_SIZE > self->n_bytes ||
          !flitzis_mp3_read_packet (&packet, data + offset) ||
          packet.size <= FLITZIS_MP3_HEAD_SIZE || packet.size > self->n_bytes - offset)
        return FALSE;

      if (i == 0)
        {
          first = packet;
          push_start (self, make_mp3_caps (&first));
        }
      if (packet.rate != first.rate || packet.n_channels != first.n_channels ||
          !push_part (self, offset, packet.size))
        return FALSE;

      offset += packet.size;
    }

  return flitzis_mp3_is_end (data + offset, self->n_bytes - offset);
}

static gboolean
push_all (FlitzisDirect *self, const guint8 *data)
{
  const FlitzisHeader *header = self->elements->header;

  if (header->codec == FLITZIS_CODEC_FLAC)
    return push_flac (self, data, header->first_frame_offset);

  return push_mp3 (self, data, header->first_frame_offset);
}

static void
run_whole (FlitzisDirect *self)
{
  GstMapInfo map;
  gboolean   is_whole = FALSE;

  if (look_ahead (self, 0, self->n_bytes) && gst_buffer_map (self->ahead, &map, GST_MAP_READ))
    {
      is_whole = map.size == self->n_bytes && push_all (self, map.data);
      gst_buffer_unmap (self->ahead, &map);
    }

  if (is_whole)
    gst_pad_push_event (self->source_pad, gst_event_new_eos ());
  else
    fail (self);
}

static void
run_task (FlitzisDirect *self)
{
  GstTaskPoolFunction func = self->pool->func;

  self->pool->func = NULL;
  if (func != NULL)
    func (self->pool->user_data);
}

void
flitzis_direct_run (FlitzisDirect *self)
{
  gboolean is_started = TRUE;

  if (self->elements->header->codec == FLITZIS_CODEC_PCM)
    gst_element_send_event (self->chain[0],
                            gst_event_new_seek (WAV_RATE, GST_FORMAT_TIME, 0, GST_SEEK_TYPE_SET, 0,
                                                GST_SEEK_TYPE_NONE, GST_CLOCK_TIME_NONE));

  for (guint i = self->n_elements; i > 0 && is_started; i--)
    is_started = gst_element_set_state (self->chain[i - 1], GST_STATE_PAUSED) !=
                 GST_STATE_CHANGE_FAILURE;

  if (is_pushed (self))
    run_whole (self);
  else
    run_task (self);
}

void
flitzis_direct_stop (FlitzisDirect *self)
{
  for (guint i = 0; i < self->n_elements; i++)
    gst_element_set_state (self->chain[i], GST_STATE_NULL);
}

void
flitzis_direct_free (FlitzisDirect *self)
{
  flitzis_direct_stop (self);
  for (guint i = 0; i < self->n_elements; i++)
    {
      gst_element_set_bus (self->chain[i], NULL);
      gst_object_unref (self->chain[i]);
    }

  gst_bus_set_sync_handler (self->bus, NULL, NULL, NULL);
  g_clear_object (&self->task);
  gst_clear_buffer (&self->ahead);
  gst_object_unref (self->source_pad);
  gst_object_unref (self->sink_pad);
  gst_object_unref (self->pool);
  gst_object_unref (self->bus);
  g_object_unref (self->stream);
  g_free (self);
}
