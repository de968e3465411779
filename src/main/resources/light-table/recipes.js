/** Requests made from finished jobs: what a terminal event's parameters tell, as a request again. */

/** A seed below 2^32, which every reader of JSON keeps. */
export const anySeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/** A preview at each step: only the few progress events a second that are sent at all carry theirs. */
export const PREVIEW_EVERY = 1;

/**
 * The request that makes a job's pictures again, or one of them.
 *
 * @param which index of the picture; null for all of them
 */
export function again(job, which = null) {
  const { task, expires_at: expired, timesteps, sigmas, ...request } = job.data.parameters;
  if (task === 'reconstruction') {
    request.task = 'reconstruct';
  }
  if (timesteps) {
    request.timesteps = timesteps;
  } else if (sigmas) {
    request.sigmas = sigmas;
  }
  request.preview_every = PREVIEW_EVERY;
  if (which !== null) {
    const output = job.data.outputs[which];
    delete request.sweep;
    Object.assign(request, output.sweep ?? {}, { seed: output.seed });
    if ('num_images_per_prompt' in request) {
      request.num_images_per_prompt = 1;
    }
    if (Array.isArray(request.class_labels)) {
      request.class_labels = [request.class_labels[which % request.class_labels.length]];
    }
  }
  return request;
}

export function withAnotherSeed(job, which = null) {
  const request = { ...again(job, which), seed: anySeed() };
  if (request.sweep?.seed) {
    request.sweep = { ...request.sweep, seed: request.sweep.seed.map(anySeed) };
  }
  return request;
}

export function sweepGuidance(job, which, values) {
  const { guidance_scale: replaced, ...request } = again(job, which ?? 0);
  return { ...request, sweep: { guidance_scale: values } };
}

/** DDIM inversion of a picture with what it shows, then denoising with what it should show. */
export function edit(job, which, { shows, prompt, steps, guidance }) {
  const { bucket, key } = job.data.outputs[which];
  const { model, width, height } = again(job, which);
  return {
    model,
    image: { key, bucket },
    prompt,
    num_inference_steps: steps,
    guidance_scale: guidance,
    width,
    height,
    inversion: { prompt: shows, num_inference_steps: steps, guidance_scale: 1 },
    preview_every: PREVIEW_EVERY,
  };
}

/** What one picture was made with, as far as it is of interest to people: [name, value] pairs. */
export function facts(job, which) {
  const own = { ...job.data.parameters, ...(job.data.outputs[which]?.sweep ?? {}), seed: job.data.outputs[which]?.seed };
  const scheduler = own.scheduler?._class_name ?? own.scheduler;
  const list = [
    ['Seed', own.seed],
    ['Steps', own.num_inference_steps],
    ['Guidance', own.guidance_scale],
    ['Sampler', typeof scheduler === 'string' ? scheduler.replace(/(Discrete)?Scheduler$/, '') : null],
    ['Size', own.width ? `${own.width} × ${own.height}` : null],
    ['Model', job.data.model],
    ['Without', own.negative_prompt],
    ['Started from', own.image?.key],
    ['It showed', own.inversion?.prompt],
    ['On the device', job.data.device_ms ? `${(job.data.device_ms / 1000).toFixed(1)} s` : null],
    ['Job', job.id],
  ];
  return list.filter(([, value]) => value !== undefined && value !== null && value !== '');
}
