/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* FFmpeg's libraries: libavformat, libavcodec and libswresample. */

#include "bench-load-peers.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <string.h>

#define RATE 48000

typedef struct
{
  AVFormatContext *format;
  AVCodecContext  *codec;
  SwrContext      *swr;
  AVPacket        *packet;
  AVFrame         *frame;
  float           *frames;
  gsize            n_frames;
  gsize            n_room;
} Load;

static void
check (int result, const char *what)
{
  if (result < 0)
    g_error ("%s: %s", what, av_err2str (result));
}

static int
open_file (Load *self, const char *path)
{
  const AVCodec *decoder;
  int            stream;

  /* no PCM is looked at for whether it is not rather something else, wrapped up */
  self->format = avformat_alloc_context ();
  self->format->max_probe_packets = 1;

  /* told the format, it need not look for it in the first megabyte */
  check (avformat_open_input (&self->format, path, av_find_input_format (strrchr (path, '.') + 1),
                              NULL),
         path);
  /* what the header says is enough, where it says so */
  if (self->format->streams[0]->codecpar->sample_rate == 0)
    check (avformat_find_stream_info (self->format, NULL), path);
  stream = av_find_best_stream (self->format, AVMEDIA_TYPE_AUDIO, -1, -1, &decoder, 0);
  check (stream, path);

  self->codec = avcodec_alloc_context3 (decoder);
  check (avcodec_parameters_to_context (self->codec, self->format->streams[stream]->codecpar),
         path);
  self->codec->pkt_timebase = self->format->streams[stream]->time_base;
  self->codec->thread_count = 1;
  check (avcodec_open2 (self->codec, decoder, NULL), path);

  return stream;
}

static void
open_converter (Load *self)
{
  check (swr_alloc_set_opts2 (&self->swr, &self->codec->ch_layout, AV_SAMPLE_FMT_FLT, RATE,
                              &self->codec->ch_layout, self->codec->sample_fmt,
                              self->codec->sample_rate, 0, NULL),
         "swr");

  if (self->codec->sample_rate != RATE)
    {
      av_opt_set (self->swr, "filter_type", "kaiser", 0);
      av_opt_set_double (self->swr, "kaiser_beta", 11.7, 0);
      av_opt_set_double (self->swr, "cutoff", 0.945, 0);
      av_opt_set_int (self->swr, "filter_size", 136, 0);
      av_opt_set_int (self->swr, "exact_rational", 1, 0);
    }
  check (swr_init (self->swr), "swr");
}

static void
make_room (Load *self, gsize n_frames)
{
  if (self->n_frames + n_frames <= self->n_room)
    return;

  self->n_room = MAX (2 * self->n_room, self->n_frames + n_frames);
  self->frames = g_renew (float, self->frames, self->n_room * self->codec->ch_layout.nb_channels);
}

static void
convert (Load *self, AVFrame *frame)
{
  int      n_in = frame != NULL ? frame->nb_samples : 0;
  int      n_most = swr_get_out_samples (self->swr, n_in);
  uint8_t *out;
  int      n_out;

  make_room (self, n_most);
  out = (uint8_t *) (self->frames + self->n_frames * self->codec->ch_layout.nb_channels);
  n_out = swr_convert (self->swr, &out, n_most,
                       frame != NULL ? (const uint8_t **) frame->extended_data : NULL, n_in);
  check (n_out, "swr");
  self->n_frames += n_out;
}

static void
decode (Load *self, const AVPacket *packet)
{
  avcodec_send_packet (self->codec, packet);
  while (avcodec_receive_frame (self->codec, self->frame) >= 0)
    convert (self, self->frame);
}

gsize
bench_load_ffmpeg (const char *path)
{
  Load   self = { .packet = av_packet_alloc (), .frame = av_frame_alloc () };
  int    stream = open_file (&self, path);
  double seconds = (double) self.format->duration / AV_TIME_BASE;

  open_converter (&self);
  make_room (&self, (gsize) (MAX (seconds, 0.0) * RATE) + 4096);

  while (av_read_frame (self.format, self.packet) >= 0)
    {
      if (self.packet->stream_index == stream)
        decode (&self, self.packet);
      av_packet_unref (self.packet);
    }
  decode (&self, NULL);
  convert (&self, NULL);

  swr_free (&self.swr);
  av_frame_free (&self.frame);
  av_packet_free (&self.packet);
  avcodec_free_context (&self.codec);
  avformat_close_input (&self.format);
  g_free (self.frames);

  return self.n_frames;
}
