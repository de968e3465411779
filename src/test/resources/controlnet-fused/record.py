"""A tiny UNet with a tiny ControlNet in one graph, and torch's answers: python record.py <here>.

The graph has the inputs, axes and names of diffusers' scripts/convert_stable_diffusion_controlnet_to_onnx.py. Needs
diffusers 0.36.0, torch 2.9.1 and onnx; weights are random, from a fixed seed.
"""
import sys, os, json, warnings
warnings.filterwarnings("ignore")
import numpy as np, torch
from diffusers import UNet2DConditionModel, ControlNetModel
torch.manual_seed(0)
cfg=dict(in_channels=4, block_out_channels=(16,32), layers_per_block=1, cross_attention_dim=32, attention_head_dim=4, norm_num_groups=8,
         down_block_types=("CrossAttnDownBlock2D","DownBlock2D"))
unet=UNet2DConditionModel(sample_size=8,out_channels=4,up_block_types=("UpBlock2D","CrossAttnUpBlock2D"),**cfg).eval()
cn=ControlNetModel(conditioning_embedding_out_channels=(8,8,12,16),**cfg).eval()
for p in cn.parameters():
    if p.abs().max()==0: torch.nn.init.normal_(p, std=0.1)

class Fused(torch.nn.Module):
    """As UNet2DConditionControlNetModel of the conversion script, for one ControlNet or several."""
    def __init__(s, unet, nets): super().__init__(); s.unet=unet; s.nets=torch.nn.ModuleList(nets)
    def forward(s, sample, timestep, text, conds, scales):
        total=None
        for cond, scale, net in zip(conds, scales, s.nets):
            down, mid = net(sample, timestep, encoder_hidden_states=text, controlnet_cond=cond, conditioning_scale=scale, return_dict=False)
            total = (*down, mid) if total is None else tuple(a+b for a,b in zip(total, (*down, mid)))
        return s.unet(sample, timestep, encoder_hidden_states=text, down_block_additional_residuals=total[:-1],
                      mid_block_additional_residual=total[-1], return_dict=False)[0]
out=sys.argv[1]
os.makedirs(out+"/unet",exist_ok=True)
x=torch.randn(2,4,8,8); t=torch.tensor([1.0]); c=torch.randn(2,77,32)
with torch.inference_mode():
    torch.onnx.export(Fused(unet,[cn]).eval(), (x,t,c,torch.randn(1,2,3,64,64),torch.randn(1,1)), out+"/unet/model.onnx", dynamo=False, opset_version=14,
        input_names=["sample","timestep","encoder_hidden_states","controlnet_conds","conditioning_scales"], output_names=["noise_pred"],
        dynamic_axes={"sample":{0:"2B",2:"H",3:"W"},"encoder_hidden_states":{0:"2B"},"controlnet_conds":{1:"2B",3:"8H",4:"8W"}})
    r=torch.Generator().manual_seed(5)
    sample=torch.randn(3,4,8,12,generator=r); text=torch.randn(3,77,32,generator=r); cond=torch.rand(3,3,64,96,generator=r)
    scales=[1.0,0.5,0.0]
    res=[]
    for i in range(3):
        res.append(Fused(unet,[cn])(sample[i:i+1],torch.tensor([481.0]),text[i:i+1],cond[None,i:i+1],torch.tensor([[scales[i]]])))
    plain=unet(sample,torch.tensor([481.0]),encoder_hidden_states=text,return_dict=False)[0]
for n,a in dict(sample=sample,text=text,cond=cond,out=torch.cat(res),plain=plain).items():
    np.save(f"{out}/{n}.npy",a.numpy().astype("<f4"))
json.dump(dict(timestep=481.0,scales=scales),open(out+"/call.json","w"))
print("effect", (torch.cat(res)-plain).abs().amax(dim=(1,2,3)))
