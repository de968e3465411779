package io.darkroom.training.net;

/** What both halves of a VAE have on the smallest size: two residual blocks, and attention of one head between them. */
final class VaeMiddle {
    private VaeMiddle() {}

    static <T> T apply(Resnet<T> resnet, String name, T x, int width, boolean attention) {
        T y = resnet.apply(name + ".resnets.0", x, width, width, null, 0);
        y = attention ? attention(resnet, name + ".attentions.0", y, width) : y;
        return resnet.apply(name + ".resnets.1", y, width, width, null, 0);
    }

    private static <T> T attention(Resnet<T> resnet, String name, T x, int width) {
        Layers<T> net = resnet.layers();
        Ops<T> ops = net.ops();
        T h = ops.tokens(net.groupNorm(name + ".group_norm", x, width, resnet.groups(), resnet.epsilon()));
        T attended = new Attention<>(net, 1)
                .attend(
                        net.linear(name + ".to_q", h, width, width),
                        net.linear(name + ".to_k", h, width, width),
                        net.linear(name + ".to_v", h, width, width),
                        width,
                        null);
        return ops.add(x, ops.grid(net.linear(name + ".to_out.0", attended, width, width), x));
    }
}
