package io.darkroom.model;

import io.darkroom.tensor.Tensor;

/**
 * What a ControlNet (Zhang et al. 2023, Adding Conditional Control to Text-to-Image Diffusion Models) adds to one
 * evaluation of the denoiser. Rows without one, or with a scale of 0, are evaluated as the plain denoiser does.
 *
 * @param network which of the model's ControlNets
 * @param picture the control image, [3, H, W] in 0..1, as large as the picture that is made
 * @param scale what every residual is multiplied with
 * @param rising whether the residuals weigh from a tenth at the first to all of it at the last (diffusers' guess mode)
 */
public record Control(String network, Tensor picture, double scale, boolean rising) {}
