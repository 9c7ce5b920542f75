/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

/*
 * Computes a sinc under a Kaiser window (Oppenheim and Schafer, Discrete-Time Signal Processing,
 * 7.5.3) at `n` places, which start at `first` and are `step` apart. Only for setup. lib/decode
 * uses it, too, so it does not depend on the rest of the library.
 *
 * `n` is a multiple of 8, and no place is further than `half` from the middle, which is at 0.
 * `cutoff` is a fraction of the Nyquist frequency, and `beta`, at most 12, shapes the window. The
 * values are not normalised: divide them by the sum of the taps of a filter.
 */
void flitzis_sinc_fill (double *values,
                        int     n,
                        double  first,
                        double  step,
                        double  half,
                        double  cutoff,
                        double  beta);
